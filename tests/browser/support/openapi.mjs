// Holds answers of the API against admin/openapi.json.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const Ajv = createRequire(import.meta.url)("ajv/dist/2020.js").default;
const description = JSON.parse(readFileSync(new URL("../../../admin/openapi.json", import.meta.url), "utf8"));
const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false });
ajv.addSchema({ $id: "openapi:", ...description });

const pointer = (...keys) => keys.map((key) => `/${encodeURIComponent(key.replaceAll("~", "~0").replaceAll("/", "~1"))}`).join("");

/** "/api/1/sessions/0123…" is an instance of "/api/1/sessions/{ref}"; a path without variables comes first. */
function templateOf(path) {
  if (description.paths[path]) {
    return path;
  }
  return Object.keys(description.paths).find((template) =>
    new RegExp(`^${template.replaceAll(".", "\\.").replace(/\{\w+\}/g, "[^/]+")}$`).test(path),
  );
}

/** Every operation and status of the description, as "GET /api/1/ 200". */
export function describedAnswers() {
  return Object.entries(description.paths).flatMap(([path, operations]) =>
    ["get", "post", "delete"]
      .filter((method) => operations[method])
      .flatMap((method) => Object.keys(operations[method].responses).map((status) => `${method.toUpperCase()} ${path} ${status}`)),
  );
}

/**
 * Fails unless the description has this answer: its path (below the admin location, "/api/1/…"), method, status, media
 * type and, where it is JSON, its form. Resolves to the answer's name among describedAnswers().
 */
export function assertDescribed({ method, path, status, type, body }) {
  const asked = method === "HEAD" ? "GET" : method;
  const template = templateOf(path);
  assert.ok(template, `${path} is not described`);
  const responses = description.paths[template][asked.toLowerCase()]?.responses;
  assert.ok(responses, `${asked} ${template} is not described`);
  assert.ok(responses[status], `${asked} ${template} is not said to answer ${status}: ${body}`);
  const named = responses[status].$ref;
  const place = named ? named.slice(1) : pointer("paths", template, asked.toLowerCase(), "responses", String(status));
  const response = named ? description.components.responses[named.split("/").at(-1)] : responses[status];
  const mediaType = (type ?? "").split(";")[0];
  if (!response.content) {
    assert.equal(body, "", `${asked} ${path} ${status} has a body`);
  } else {
    assert.ok(response.content[mediaType], `${asked} ${path} ${status} is not said to be ${mediaType}`);
    if (mediaType.endsWith("json") && method !== "HEAD") {
      const validate = ajv.getSchema(`openapi:#${place}${pointer("content", mediaType, "schema")}`);
      assert.ok(validate, `no schema at ${place}`);
      const fits = validate(JSON.parse(body));
      assert.ok(fits, `${asked} ${path} ${status}: ${ajv.errorsText(validate.errors)}\n${body}`);
    }
  }
  return `${asked} ${template} ${status}`;
}
