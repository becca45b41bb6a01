export const MEDIA_KINDS = ["image", "video", "audio", "document", "sticker"] as const;
