import { en } from './en';

/** Every sentence of the window. A translation is another object of the type `Words`. */
export const words = en;
export type Words = typeof en;
