import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { officialSchemas } from './official-schemas.ts';

/** The scripted site is for tests and pictures; a build for people must not carry it. */
function scriptedSiteStaysOut(mode: string): Plugin {
  return {
    name: 'scripted-site-stays-out',
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).flatMap((part) => (part.type === 'chunk' ? part.moduleIds : []));
      if (mode === 'production' && chunks.some((id) => id.includes('/backend/demo'))) {
        this.error('src/backend/demo.ts is in the production bundle');
      }
    },
  };
}

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), officialSchemas(mode), scriptedSiteStaysOut(mode)],
  clearScreen: false,
  server: { port: 5173, strictPort: true, host: '127.0.0.1', watch: { ignored: ['**/src-tauri/**', '**/target/**'] } },
  // Inlined assets and the preload polyfill would break the window's Content-Security-Policy.
  build: { target: ['chrome120', 'safari16'], assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  test: {
    include: ['tests/**/*.test.ts'],
    // How long a busy machine may take; a test that passes does not wait for it.
    testTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      viewport: { width: 1280, height: 800 },
      provider: playwright({
        launchOptions: {
          executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
          args: [
            '--no-sandbox',
            '--disable-gpu',
            '--disable-quic',
            '--no-first-run',
            '--disable-background-networking',
            '--disable-component-update',
            '--disable-sync',
          ],
        },
      }),
      instances: [{ browser: 'chromium' }],
    },
  },
}));
