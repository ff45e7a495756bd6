// What a card's number may be, as the person types it; the engine decides.
import type { CardView } from '../../../backend';

/** Most cards are of this standard: the type that a 2.x charger names for their numbers. */
const CARD = 'ISO14443';
/** The longest number of OCPP 1.6, characters. */
const LONGEST_16 = 20;

export type CardFault = 'long' | 'odd' | 'twice';

/** The number without the blanks and colons that are printed or shown between its bytes. */
const numberOf = (typed: string): string => typed.replace(/[\s:]/g, '');

export const cardOf = (typed: string): CardView => ({ idTag: numberOf(typed), kind: CARD });

/** Neither version tells capital letters from small ones. */
export const sameCard = (a: CardView, b: CardView): boolean => a.idTag.toLowerCase() === b.idTag.toLowerCase();

/** Why this number cannot be added; `null` while it can, or nothing is typed. */
export function faultOfCard(typed: string, chosen: CardView[], longest: number): CardFault | null {
  const card = cardOf(typed);
  if (card.idTag.length > longest) return 'long';
  if (!/^[!-~]*$/.test(card.idTag)) return 'odd';
  return card.idTag !== '' && chosen.some((one) => sameCard(one, card)) ? 'twice' : null;
}

/** Some 1.6 chargers corrupt or refuse numbers of this length. */
export const isDoubtful = ({ idTag }: CardView, longest: number): boolean => longest === LONGEST_16 && idTag.length >= LONGEST_16 - 1;
