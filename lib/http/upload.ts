import { ApiError, apiPath, toApiError } from "./client";

type Options = { fields?: Record<string, string>; signal?: AbortSignal; onProgress?: (share: number) => void };

/** Sends a file as a form; says how far it is, which `fetch` cannot. Throws `ApiError`. */
export function uploadFile<T>(path: string, file: File, { fields = {}, signal, onProgress }: Options = {}): Promise<T> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", apiPath(path));
    request.setRequestHeader("accept", "application/json");
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => onProgress?.(total > 0 ? loaded / total : 0);
    request.onload = () => {
      const { status, response } = request;
      if (status >= 200 && status < 300) resolve(response as T);
      else reject(toApiError({ ok: false, status, headers: { get: (name) => request.getResponseHeader(name) } }, response));
    };
    request.onerror = () => reject(new ApiError({ status: 0, code: "unreachable", message: "The server cannot be reached." }));
    request.onabort = () => reject(new DOMException("The upload was taken back.", "AbortError"));
    signal?.addEventListener("abort", () => request.abort(), { once: true });
    if (signal?.aborted) request.abort();
    else request.send(form);
  });
}
