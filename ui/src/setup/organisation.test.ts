import { expect, it } from "vitest";

import { faults, trimmed } from "./organisation";

const guid = "6f1f7a3c-9a52-4c0e-8f11-0d0a52b1c7de";

it("takes a domain or an id, and the id of an app", () => {
  expect(faults({ tenant: "contoso.com", clientId: guid })).toEqual({ tenant: null, clientId: null });
  expect(faults({ tenant: "contoso.onmicrosoft.com", clientId: guid }).tenant).toBeNull();
  expect(faults({ tenant: guid, clientId: guid.toUpperCase() })).toEqual({ tenant: null, clientId: null });
});

it("says what is missing or no id", () => {
  expect(faults({ tenant: "", clientId: "" }).tenant).toContain("contoso.com");
  expect(faults({ tenant: "contoso", clientId: guid }).tenant).not.toBeNull();
  expect(faults({ tenant: "https://contoso.com/", clientId: guid }).tenant).not.toBeNull();
  expect(faults({ tenant: "contoso.com", clientId: "secret" }).clientId).not.toBeNull();
});

it("leaves out spaces around ids", () => {
  expect(trimmed({ tenant: " contoso.com\n", clientId: `${guid} ` })).toEqual({
    tenant: "contoso.com",
    clientId: guid,
  });
});
