/** The two ids of an organisation, checked before anything is sent. */

import type { Organisation } from "../ipc";

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/i;

/** What is wrong with each of the two; none where it is right. */
export interface Faults {
  tenant: string | null;
  clientId: string | null;
}

/** Without the spaces that come along when an id is copied. */
export function trimmed({ tenant, clientId }: Organisation): Organisation {
  return { tenant: tenant.trim(), clientId: clientId.trim() };
}

/** What is wrong with the two ids. */
export function faults({ tenant, clientId }: Organisation): Faults {
  return {
    tenant:
      GUID.test(tenant) || DOMAIN.test(tenant)
        ? null
        : "Enter the domain, such as contoso.com, or the directory (tenant) id.",
    clientId: GUID.test(clientId)
      ? null
      : "Enter the application (client) id: 32 digits and letters in five groups.",
  };
}
