import { createContext } from 'svelte';
import type { Store } from './store.svelte';

export { Store } from './store.svelte';
export type { Place } from './place';

/** The one store of the window, for screens only. */
export const [useStore, provideStore] = createContext<Store>();
