/*
 * What other rooms may ask of content: reading a revision and checking it, the mirror's files, and comparing revisions.
 * Reading and writing revisions of the running product: `revisions.ts`, offered here as well.
 */
export { contrast, weakPairs } from './colour.ts'
export { type ContentFile, type ContentFiles, contentFile, readContentFolder } from './files.ts'
export { loadContent, mirrorOf } from './load.ts'
export { diffManifests, type Manifest, manifestDigest, manifestOf } from './manifest.ts'
export { withMirror } from './mirror-files.ts'
