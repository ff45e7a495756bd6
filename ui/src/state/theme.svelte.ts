// Light, dark or as the system has it. The choice belongs to this computer, not to the site.

/** What a person may choose. */
export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const key = 'theme';
const system = matchMedia('(prefers-color-scheme: dark)');

/** What was chosen here before; a locked-down profile without storage follows the system. */
function remembered(): Theme {
  try {
    return themes.find((theme) => theme === localStorage.getItem(key)) ?? 'system';
  } catch {
    return 'system';
  }
}

class Look {
  chosen = $state<Theme>(remembered());

  choose(theme: Theme): void {
    this.chosen = theme;
    try {
      localStorage.setItem(key, theme);
    } catch {
      // Without storage the choice lasts until the window closes.
    }
    this.paint();
  }

  paint(): void {
    const dark = this.chosen === 'dark' || (this.chosen === 'system' && system.matches);
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  }
}

export const look = new Look();

/** Paints the chosen theme now and whenever the system changes. */
export function followTheme(): void {
  look.paint();
  system.addEventListener('change', () => look.paint());
}
