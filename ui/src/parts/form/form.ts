// What the pieces of a form share: they are many and nested, and each needs the same few things.
import type { Preset, Problem, Schema } from './schema';

/** Every sentence of a form; a part has none of its own. */
export type FormWords = {
  needed: string;
  choose: string;
  yes: string;
  no: string;
  now: string;
  addFields: (count: number) => string;
  addField: (name: string) => string;
  remove: (name: string) => string;
  item: (name: string, number: number) => string;
  addItem: (name: string) => string;
  notDefined: (name: string) => string;
  otherShape: string;
  startAgain: string;
  problem: (problem: Problem) => string;
};

/** The whole form's context. */
export type Form = {
  root: Schema;
  problems: Problem[];
  preset: Preset;
  /** Optional fields that nearly every object has and nobody needs: offered at the top only. */
  quiet: string[];
  say: FormWords;
};

/** What is wrong with the value at this place itself; a value that is only missing is no fault yet. */
export const faultAt = ({ problems }: Form, at: string): Problem | undefined => problems.find((one) => one.at === at && one.rule !== 'missing');

/** Puts the keyboard into the first field below an element that has just appeared. */
export function enter(element: HTMLElement | null | undefined): void {
  const field = element?.querySelector<HTMLElement>('input, select, textarea') ?? element?.querySelector<HTMLElement>('button');
  field?.focus();
}
