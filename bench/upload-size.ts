/** Size of the file that is uploaded again and again: a photographed page. */
export const UPLOAD_BYTES = 2 * 1024 * 1024
