// What a person who cannot see the screen must hear: connection, outcome, needs-you.
import type { AppView, ChargerView, PracticeView } from '../backend';
import { words } from '../words';

/** New notices that need somebody, and an endpoint that stopped. */
function app(before: AppView | null, after: AppView): string[] {
  const known = new Set(before?.notices.map(({ text }) => text));
  const heard = after.notices.filter(({ gravity, text }) => gravity !== 'note' && !known.has(text)).map(({ text }) => text);
  if (before && before.endpoint.state !== after.endpoint.state) heard.push(words.endpoint.state[after.endpoint.state]);
  return heard;
}

/** Connected, lost, a step that ended or needs somebody. */
function charger(before: ChargerView | null, after: ChargerView): string[] {
  const heard: string[] = [];
  if (before?.connected !== after.connected) heard.push(words.news.connection(after.title, after.connected));
  for (const step of after.steps) {
    const was = before?.steps.find(({ name }) => name === step.name)?.state;
    const settled = step.state !== 'running' && step.state !== 'notStarted';
    if (was && was !== step.state && settled) heard.push(words.news.step(step));
  }
  const outcome = after.proof?.outcome;
  if (before && outcome && !before.proof?.outcome) heard.push(outcome.finding);
  const { raised } = after.security;
  if (before?.security.raising && raised) heard.push(raised.finding);
  return heard;
}

/** What has changed on the bench; a practice that has ended. */
function practice(before: PracticeView | null, after: PracticeView | null): string[] {
  if (!before || before.charger !== after?.charger) return before && !after ? [words.practice.ended] : [];
  return words.practice.news(before, after);
}

export const news = { app, charger, practice };
