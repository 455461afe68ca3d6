import './fast-imports.ts'

// Imported only now, so that every file of the product comes through what the line above prepared.
await import('./serve.ts')
