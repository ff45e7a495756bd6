// That what is on the screen is not real. Sheets lie above the window's own mark, so each bears it itself.
import { createContext } from 'svelte';

/** The word of the mark, and what it means. */
export type MarkText = { word: string; sentence: string };

/** What to mark with now; `null` while everything shown is real. */
export const [useMark, provideMark] = createContext<() => MarkText | null>();
