// octokit, unmodified, in the world that API_URL and TOKEN name. Prints what it saw as one JSON object.
import { Octokit } from "octokit";

const octokit = new Octokit({
  baseUrl: process.env.API_URL,
  auth: process.env.TOKEN,
  throttle: { enabled: false }, // it would wait a second after each write
});
const { rest } = octokit;
const repository = { owner: "maestro", repo: "engine" };
const encode = (text) => Buffer.from(text).toString("base64");

await rest.repos.createInOrg({ org: "maestro", name: "engine", private: true, auto_init: true });
const { data: main } = await rest.git.getRef({ ...repository, ref: "heads/main" });
await rest.git.createRef({ ...repository, ref: "refs/heads/feature", sha: main.object.sha });
await rest.repos.createOrUpdateFileContents({
  ...repository, path: "a.txt", message: "Add", content: encode("one\n"), branch: "feature",
});
const { data: pull } = await rest.pulls.create({ ...repository, head: "feature", base: "main", title: "A feature" });
const { data: merged } = await rest.pulls.merge({ ...repository, pull_number: pull.number });
for (const title of ["One", "Two", "Three"]) await rest.issues.create({ ...repository, title });
const issues = await octokit.paginate(rest.issues.listForRepo, { ...repository, per_page: 2, direction: "asc" });
await rest.repos.createRepoRuleset({ ...repository, name: "Main", target: "branch", enforcement: "active" });
const { data: rulesets } = await rest.repos.getRepoRulesets(repository);
const { data: key } = await rest.actions.getRepoPublicKey(repository);
const { repository: seen } = await octokit.graphql(
  `{ repository(owner: "maestro", name: "engine") { nameWithOwner pullRequests(first: 9) { nodes { state } } } }`,
);
const missing = await rest.repos.get({ owner: "maestro", repo: "nothing" }).catch((error) => error);
console.log(JSON.stringify({
  merged: merged.merged,
  issues: issues.map((issue) => issue.title),
  rulesets: rulesets.map((ruleset) => ruleset.name),
  key: Buffer.from(key.key, "base64").length,
  name: seen.nameWithOwner,
  pulls: seen.pullRequests.nodes.map((node) => node.state),
  missing: [missing.name, missing.status],
}));
