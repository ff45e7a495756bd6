// That what is on the screen is not real. Every surface bears the mark itself, and every sheet, as it lies above all.
import { createContext } from 'svelte';

/** The word of the mark, and what it means. */
export type MarkText = { word: string; sentence: string };

/** What to mark with now; `null` while everything shown is real. */
export const [useMark, provideMark] = createContext<() => MarkText | null>();
