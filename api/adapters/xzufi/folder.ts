import { constants } from 'node:fs'
import { open as openHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { FeedUnreadable, type OpenFile } from './unreadable.ts'

/** Reads the files of a feed from a folder; symbolic links and anything but plain files are refused. */
export function openFolder(folder: string): OpenFile {
  return async function* read(name) {
    const handle = await openHandle(join(folder, name), constants.O_RDONLY | constants.O_NOFOLLOW).catch((error) => {
      throw new FeedUnreadable({ type: 'missing-file', detail: 'file is not in the folder' }, error)
    })
    try {
      if (!(await handle.stat()).isFile()) {
        throw new FeedUnreadable({ type: 'missing-file', detail: 'not a plain file' })
      }
      for await (const chunk of handle.createReadStream({ highWaterMark: 65_536, autoClose: false })) {
        yield chunk as Uint8Array
      }
    } finally {
      await handle.close()
    }
  }
}
