// Which of our addresses is shown large.
import type { AddressView, EndpointView } from '../../backend';

/** With or without TLS. */
export const kinds = ['plain', 'secure'] as const;
export type AddressKind = (typeof kinds)[number];

/** The addresses of that kind; those without TLS where there are none with it. */
export const offered = (endpoint: EndpointView, kind: AddressKind): AddressView[] => (kind === 'secure' && endpoint.secureAddresses.length > 0 ? endpoint.secureAddresses : endpoint.addresses);

/** The one that was picked, else the one to try first. */
export function shownOf(endpoint: EndpointView, kind: AddressKind, picked: string | null): AddressView | undefined {
  const all = offered(endpoint, kind);
  return all.find(({ url }) => url === picked) ?? all.find(({ firstChoice }) => firstChoice) ?? all[0];
}
