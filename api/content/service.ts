/*
 * What other rooms may ask of content: reading and checking a revision, the mirror's files, comparing revisions, and the
 * revisions of the running product. The live content itself is `ctx.content` (see access.ts).
 */
export { weakPairs } from './colour.ts'
export { type ContentFile, type ContentFiles, contentFile, readContentFolder } from './files.ts'
export { loadContent, mirrorOf } from './load.ts'
export { diffManifests, type Manifest, manifestDigest, manifestOf } from './manifest.ts'
export { withMirror } from './mirror-files.ts'
export { folderObjectStore, type ObjectStore } from './object-store.ts'
export { type ContentRevisions, openRevisions, type Published, type RevisionsCtx } from './revisions.ts'
