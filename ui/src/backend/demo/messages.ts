// What a scripted charger answers to messages, and the official schemas they are made from.
import type { FrameView, SentView } from '..';
import { words } from '../../words';
import { ago } from './site';

const official = async () => (await import('virtual:official-schemas')).default;

/** As in OCPP: what has a schema there and can go to a charger. */
export async function messagesOf(version: string): Promise<string[]> {
  const schemas = (await official())[version] ?? {};
  return Object.keys(words.messages.about).filter((action) => action in schemas).sort();
}

export const schemaOf = async (version: string, action: string): Promise<string | null> => (await official())[version]?.[action] ?? null;

const answers: Record<string, unknown> = {
  GetConfiguration: { configurationKey: [{ key: 'HeartbeatInterval', readonly: false, value: '300' }, { key: 'AuthorizationKey', readonly: false, value: '(masked)' }], unknownKey: ['NoSuchKey'] },
  GetLocalListVersion: { listVersion: 0 },
  GetVariables: { getVariableResult: [{ attributeStatus: 'Accepted', attributeValue: '300', component: { name: 'OCPPCommCtrlr' }, variable: { name: 'HeartbeatInterval' } }] },
};

const masked = (text: string): string => text.replace(/("key":"AuthorizationKey","value":)"[^"]*"/, '$1"(masked)"');

/** The exchange as it would be recorded. */
export function exchange(action: string, payload: string, first: number): SentView {
  const request: FrameView = { number: first, at: ago(0), direction: 'to charger', text: masked(`[2,"w-${first}","${action}",${payload}]`) };
  const from = (text: string): FrameView => ({ number: first + 1, at: ago(0), direction: 'from charger', text });
  const sent: SentView = { action, outcome: 'answered', request, answer: from(`[3,"w-${first}",${JSON.stringify(answers[action] ?? { status: 'Accepted' })}]`), ms: 143, deviations: [] };
  if (action === 'UnlockConnector') return { ...sent, outcome: 'error', answer: from(`[4,"w-${first}","NotSupported","<b>no lock</b>",{}]`) };
  return action === 'ClearCache' ? { ...sent, outcome: 'silent', answer: null, ms: null } : sent;
}
