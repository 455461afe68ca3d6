/** Astro adapter without a server of its own: the bundle exports one function from Request to Response (see entry.ts). */
export const pureHandler = () => ({
  name: 'stadttor-pure-handler',
  hooks: {
    'astro:config:done': ({ setAdapter }) =>
      setAdapter({
        name: 'stadttor-pure-handler',
        entrypointResolution: 'auto',
        serverEntrypoint: new URL('./entry.ts', import.meta.url),
        adapterFeatures: { buildOutput: 'server', middlewareMode: 'classic' },
        supportedAstroFeatures: {
          serverOutput: 'stable',
          staticOutput: 'unsupported',
          sharpImageService: 'unsupported',
        },
      }),
  },
})
