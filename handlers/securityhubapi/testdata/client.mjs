// Calls a Security Hub door with AWS's own client for JavaScript. TestOfficialClients starts it and says where the door is.
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const env = name => process.env["DOOR_" + name] ?? assert.fail("DOOR_" + name + " is not set");
const hub = createRequire(env("MODULES") + "/")("@aws-sdk/client-securityhub");
const unknown = "0b7f3f5e-1c9a-4d6e-9a52-0d6b6f6f7c11";

function client(role, { credentials = {}, ...options } = {}) {
  const [accessKeyId, secretAccessKey] = env(role).split(" ");
  return new hub.SecurityHubClient({
    endpoint: env("URL"), region: "eu-west-1", credentials: { accessKeyId, secretAccessKey, ...credentials }, ...options,
  });
}

const editor = client("EDITOR");
const call = (name, input = {}, from = editor) => from.send(new hub[name + "Command"](input));
const jira = (Name, JiraCloud = {}) => ({ Name, Provider: { JiraCloud } });

async function refused(name, status, text, sending) {
  try {
    await sending;
  } catch (e) {
    assert.equal(e.name, name, e.message);
    assert.equal(e.$metadata.httpStatusCode, status);
    assert.match(e.message, text);
    assert.match(e.$metadata.requestId, /^[0-9a-f-]{36}$/);
    if (hub[name]) assert.ok(e instanceof hub[name], name + " has its own class");
    return;
  }
  assert.fail(name + " was wanted");
}

// Every operation.
const input = {
  ...jira("jira é", { ProjectKey: "SEC" }), Description: "d", Tags: { team: "sec" }, ClientToken: "ed6bc96f-0000-4000-8000-000000000000",
  KmsKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/1234",
};
const made = await call("CreateConnectorV2", input);
assert.equal(made.ConnectorStatus, "PENDING_AUTHORIZATION");
assert.equal(made.EnablementStatus, "ENABLED");
assert.equal((await call("CreateConnectorV2", input)).ConnectorId, made.ConnectorId);
for (const ConnectorId of [made.ConnectorId, made.ConnectorArn]) {
  const got = await call("GetConnectorV2", { ConnectorId });
  assert.equal(got.Name, "jira é");
  assert.deepEqual(got.ProviderDetail, { JiraCloud: { ProjectKey: "SEC", AuthUrl: made.AuthUrl } });
  assert.ok(got.CreatedAt instanceof Date && got.LastUpdatedAt instanceof Date && got.Health.LastCheckedAt instanceof Date);
}
const snow = await call("CreateConnectorV2", { Name: "snow", Provider: { ServiceNow: { InstanceName: "dev12345", SecretArn: env("SECRET") } } });
assert.equal(snow.ConnectorStatus, "CONNECTED");
const changed = await call("UpdateConnectorV2", { ConnectorId: made.ConnectorId, Description: "d2", Provider: { JiraCloud: { ProjectKey: "OPS" } } });
assert.equal(changed.ConnectorStatus, "PENDING_AUTHORIZATION");
const AuthState = new URL(made.AuthUrl).searchParams.get("state");
assert.equal((await call("RegisterConnectorV2", { AuthCode: "good", AuthState })).ConnectorId, made.ConnectorId);
const authorised = await call("GetConnectorV2", { ConnectorId: made.ConnectorId });
assert.equal(authorised.Health.ConnectorStatus, "CONNECTED");
assert.equal(authorised.ProviderDetail.JiraCloud.AuthStatus, "ACTIVE");
assert.ok((await call("CreateTicketV2", { ConnectorId: made.ConnectorId, FindingMetadataUid: "TEST_FINDING", Mode: "DRYRUN" })).TicketId);
const ResourceArn = made.ConnectorArn;
await call("TagResource", { ResourceArn, Tags: { "a-b": "1", "a:b": "2" } });
assert.deepEqual((await call("ListTagsForResource", { ResourceArn })).Tags, { "a-b": "1", "a:b": "2", team: "sec" });
await call("UntagResource", { ResourceArn, TagKeys: ["team", "a:b"] });
assert.deepEqual((await call("ListTagsForResource", { ResourceArn })).Tags, { "a-b": "1" });

// What came with the third provider.
const Azure = { AWSConfigConnectorArn: "arn:aws:config:eu-west-1:123456789012:connector/x", ScopeConfiguration: { ScopeType: "TENANT" }, AzureRegions: ["eastus"] };
const az = await call("CreateConnectorV2", { Name: "az", Provider: { Azure } });
assert.equal(az.EnablementStatus, "PENDING_ENABLEMENT");
assert.deepEqual((await call("GetConnectorV2", { ConnectorId: az.ConnectorId })).ProviderDetail, { Azure });
assert.deepEqual((await call("ListConnectorsV2", { EnablementStatus: "PENDING_ENABLEMENT" })).Connectors.map(c => c.Name), ["az"]);

for (const ConnectorId of [made.ConnectorId, snow.ConnectorArn, az.ConnectorId]) {
  await call("DeleteConnectorV2", { ConnectorId });
  await refused("ResourceNotFoundException", 404, /no such connector/, call("GetConnectorV2", { ConnectorId }));
}

// Paging to the end.
const wanted = new Set();
for (const letter of "abcdefg") wanted.add((await call("CreateConnectorV2", jira("page " + letter))).ConnectorId);
let NextToken, pages = 0;
do {
  const page = await call("ListConnectorsV2", { MaxResults: 3, NextToken, ProviderName: "JIRA_CLOUD", ConnectorStatus: "PENDING_AUTHORIZATION" });
  for (const c of page.Connectors) wanted.delete(c.ConnectorId);
  NextToken = page.NextToken;
  assert.ok(++pages < 10);
} while (NextToken);
assert.equal(wanted.size, 0);

// Every exception.
const one = await call("CreateConnectorV2", jira("exceptional"));
const none = { ConnectorId: unknown };
await refused("ValidationException", 400, /^Name: /, call("CreateConnectorV2", jira("")));
await refused("ValidationException", 400, /^MaxResults: /, call("ListConnectorsV2", { MaxResults: 101 }));
await refused("ConflictException", 409, /already taken/, call("CreateConnectorV2", jira("exceptional")));
await refused("ConflictException", 409, /not authorised/, call("CreateTicketV2", { ConnectorId: one.ConnectorId, FindingMetadataUid: "u" }));
await refused("ResourceNotFoundException", 404, /no such connector/, call("UpdateConnectorV2", none));
await refused("ResourceNotFoundException", 404, /no such connector/, call("DeleteConnectorV2", none));
await refused("ResourceNotFoundException", 404, /AuthState/, call("RegisterConnectorV2", { AuthCode: "c", AuthState: "st4te" }));
await refused("ResourceNotFoundException", 404, /no such connector/,
  call("ListTagsForResource", { ResourceArn: one.ConnectorArn.replace(one.ConnectorId, unknown) }));
await refused("InvalidInputException", 400, /aws:/, call("TagResource", { ResourceArn: one.ConnectorArn, Tags: { "aws:x": "" } }));
await refused("AccessDeniedException", 403, /role editor/, call("DeleteConnectorV2", one, client("VIEWER")));
const rival = client("RIVAL");
await call("CreateConnectorV2", jira("first"), rival);
await refused("ServiceQuotaExceededException", 402, /may not have more/, call("CreateConnectorV2", jira("second"), rival));
await refused("ThrottlingException", 429, /Too many requests/, call("ListConnectorsV2", {}, client("TESTER")));
await refused("InternalServerException", 500, /cannot be written/, call("CreateConnectorV2", jira("full disk")));
await refused("InternalException", 500, /cannot be written/, call("TagResource", { ResourceArn: one.ConnectorArn, Tags: { "full-disk": "" } }));

// Retries, and who is asking.
assert.equal((await call("CreateConnectorV2", jira("in the end"), client("ADMIN"))).$metadata.attempts, 2);
await refused("InvalidSignatureException", 403, /does not match/, call("ListConnectorsV2", {}, client("EDITOR", { credentials: { secretAccessKey: "wrong" } })));
await refused("UnrecognizedClientException", 403, /not known/, call("ListConnectorsV2", {}, client("EDITOR", { credentials: { accessKeyId: "AKIDEXAMPLE" } })));
await refused("UnrecognizedClientException", 403, /session token/, call("ListConnectorsV2", {}, client("EDITOR", { credentials: { sessionToken: "t" } })));
await refused("InvalidSignatureException", 403, /eu-west-1/, call("ListConnectorsV2", {}, client("EDITOR", { region: "us-east-1" })));
await call("ListConnectorsV2", {}, client("EDITOR", { endpoint: env("AHEAD_URL") })); // its clock is ahead: the client corrects its own
