// Command pulumi-resource-github serves the Terraform provider for GitHub to the Pulumi engine under the
// type tokens of the pulumi-github Python SDK. It is built only where Pulumi is not installed.
package main

import (
	"github.com/integrations/terraform-provider-github/v6/github"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	sdkv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
)

// version is that of the pulumi-github SDK in requirements.txt: the SDK asks for exactly this plugin.
const version = "6.15.0"

// schema is what GetSchema answers. Python programs bring their own types, so it stays empty.
const schema = `{"name": "github", "version": "` + version + `"}`

func main() {
	tfbridge.Main("github", version, provider(), []byte(schema))
}

// provider describes the bridge. What is set here beyond the computed tokens is set in the official
// provider too: it decides about replacements and secrets, so a stack may move from one to the other.
func provider() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:         sdkv2.NewProvider(github.NewProvider(version, "none")()),
		Name:      "github",
		GitHubOrg: "integrations",
		Version:   version,
		Config: map[string]*tfbridge.SchemaInfo{
			"base_url": {Default: &tfbridge.DefaultInfo{
				EnvVars: []string{"GITHUB_BASE_URL"},
				Value:   "https://api.github.com/",
			}},
			"token": {
				Secret:  tfbridge.True(),
				Default: &tfbridge.DefaultInfo{EnvVars: []string{"GITHUB_TOKEN"}},
			},
		},
		Resources: map[string]*tfbridge.ResourceInfo{},
		DataSources: map[string]*tfbridge.DataSourceInfo{
			"github_app": {Tok: "github:index/getGithubApp:getGithubApp"},
		},

		EnableZeroDefaultSchemaVersion: true,
		EnableAccurateBridgePreview:    true,
		EnableRawStateDelta:            true,
	}
	// GitHub allows one of each at a time: the new one cannot be created beside the old one.
	for _, name := range []string{
		"github_actions_environment_secret",
		"github_repository_autolink_reference",
		"github_repository_collaborator",
		"github_repository_deploy_key",
	} {
		info.Resources[name] = &tfbridge.ResourceInfo{DeleteBeforeReplace: true}
	}
	for _, name := range []string{
		"github_actions_organization_secret",
		"github_codespaces_organization_secret",
		"github_dependabot_organization_secret",
	} {
		info.Resources[name] = &tfbridge.ResourceInfo{Fields: map[string]*tfbridge.SchemaInfo{
			"selected_repository_ids": {ForceNew: tfbridge.True()},
		}}
	}
	// A list in the SDK, although the provider takes one element only.
	info.Resources["github_repository_environment"] = &tfbridge.ResourceInfo{Fields: map[string]*tfbridge.SchemaInfo{
		"reviewers": {MaxItemsOne: tfbridge.False()},
	}}
	info.MustComputeTokens(tokens.SingleModule("github_", "index", tokens.MakeStandard("github")))
	info.SetAutonaming(255, "-")
	return info
}
