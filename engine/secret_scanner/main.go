// Command secret-scanner looks for secrets in the versions of files, with the default rules of gitleaks.
//
// Standard input is what `git cat-file --batch="%(objectsize) %(rest)"` answers to "<blob> <path>" lines, the versions
// of one path one after the other. Standard output is JSON, a line each: a finding, or how many blobs are read.
// A secret itself never leaves this process: a finding has its first characters and a digest of it.
package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/rs/zerolog"
	"github.com/zricethezav/gitleaks/v8/detect"
	"github.com/zricethezav/gitleaks/v8/logging"
	"github.com/zricethezav/gitleaks/v8/report"
)

const (
	// Lines kept around a new one: the rules that match several lines, private keys apart, need no more.
	context = 3
	// What `gitleaks` itself decodes by default: base64 in base64, and so on.
	decodeDepth = 5
	// Where git looks for a NUL to tell that a file is binary.
	sniffed       = 8000
	reportedEvery = 1000
)

// finding is one match. Blob counts the blobs of the input from 0, Line the lines of the blob from 1; Line is 0
// where the path alone matched.
type finding struct {
	Blob        int    `json:"blob"`
	Line        int    `json:"line"`
	Rule        string `json:"rule"`
	Shown       string `json:"shown"`
	Fingerprint string `json:"fingerprint"`
}

type progress struct {
	Read int `json:"read"`
}

// fragment is what is new in a blob. lines has the number in the blob of each line of the text.
type fragment struct {
	blob  int
	path  string
	text  string
	lines []int
}

func main() {
	if err := scan(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func scan(input io.Reader, output io.Writer) error {
	logging.Logger = zerolog.Nop() // its messages can hold secrets
	detector, err := detect.NewDetectorDefaultConfig()
	if err != nil {
		return err
	}
	detector.MaxDecodeDepth = decodeDepth
	fragments := make(chan fragment, 64)
	answers := make(chan any, 64)
	var workers sync.WaitGroup
	for range runtime.NumCPU() {
		workers.Go(func() {
			for each := range fragments {
				for _, found := range detector.Detect(detect.Fragment{Raw: each.text, FilePath: each.path}) {
					answers <- describe(each, found)
				}
			}
		})
	}
	go func() {
		err = read(input, fragments, answers)
		close(fragments)
		workers.Wait()
		close(answers)
	}()
	buffered := bufio.NewWriter(output)
	encoder := json.NewEncoder(buffered)
	for answer := range answers {
		if failed := errors.Join(encoder.Encode(answer), buffered.Flush()); failed != nil {
			return failed
		}
	}
	return err
}

// read takes the input apart. Of each version of a path it passes on the lines that no version before it had.
func read(input io.Reader, fragments chan<- fragment, answers chan<- any) error {
	reader := bufio.NewReaderSize(input, 1<<20)
	seed := maphash.MakeSeed()
	var seen map[uint64]struct{}
	for blob, current := 0, ""; ; blob++ {
		header, err := reader.ReadString('\n')
		if err == io.EOF && header == "" {
			answers <- progress{blob}
			return nil
		}
		size, path, _ := strings.Cut(strings.TrimSuffix(header, "\n"), " ")
		length, malformed := strconv.Atoi(size)
		if err := errors.Join(err, malformed); err != nil {
			return fmt.Errorf("git did not answer with a blob: %w", err)
		}
		content := make([]byte, length+1)
		if _, err := io.ReadFull(reader, content); err != nil {
			return fmt.Errorf("git stopped within a blob: %w", err)
		}
		content = content[:length]
		if seen == nil || path != current {
			seen, current = make(map[uint64]struct{}), path
		}
		if bytes.IndexByte(content[:min(length, sniffed)], 0) >= 0 {
			content = nil // binary: its path can still tell, as that of a key store does
		}
		if text, lines := unseen(content, seen, seed); len(lines) > 0 || content == nil {
			fragments <- fragment{blob, path, text, lines}
		}
		if blob%reportedEvery == 0 {
			answers <- progress{blob}
		}
	}
}

// unseen joins the new lines of a version and those near them; what lies between two such passages becomes one empty
// line. It adds all lines to seen.
func unseen(content []byte, seen map[uint64]struct{}, seed maphash.Seed) (string, []int) {
	lines := bytes.Split(content, []byte{'\n'})
	isNew := make([]bool, len(lines))
	for at, line := range lines {
		digest := maphash.Bytes(seed, line)
		_, known := seen[digest]
		isNew[at] = !known
		seen[digest] = struct{}{}
	}
	var text bytes.Buffer
	var numbers []int
	wantedUntil := -1
	next := 0
	for at := range lines {
		for next = max(next, at); next < len(lines) && next <= at+context; next++ {
			if isNew[next] {
				wantedUntil = next + context
			}
		}
		if at > wantedUntil {
			continue
		}
		if len(numbers) > 0 && numbers[len(numbers)-1] != at {
			text.WriteByte('\n')
			numbers = append(numbers, at)
		}
		text.Write(lines[at])
		text.WriteByte('\n')
		numbers = append(numbers, at+1)
	}
	return text.String(), numbers
}

func describe(from fragment, found report.Finding) finding {
	line := 0
	if found.Secret != "" && found.StartLine < len(from.lines) {
		line = from.lines[found.StartLine]
	}
	known := found.Secret
	if known == "" {
		known = from.path
	}
	digest := sha256.Sum256([]byte(found.RuleID + "\x00" + known))
	return finding{
		Blob:        from.blob,
		Line:        line,
		Rule:        found.RuleID,
		Shown:       found.Secret[:min(4, len(found.Secret)/4)],
		Fingerprint: hex.EncodeToString(digest[:8]),
	}
}
