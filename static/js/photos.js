// input[data-photos]: a photo is made smaller before it is sent. What the camera wrote (place, time) goes with it only
// where [name=keeps_place] is ticked; the server takes it out of the picture in any case. Without this script, or where
// anything here fails, the file is sent as it is. The event `prepared` tells that the files of an input are ready.
const LONGEST = 2048; // pixels
const QUALITY = 0.85;
const LARGE = 300_000; // bytes: smaller pictures are left alone
const chosen = new WeakMap(); // input -> the files as they were chosen
const working = new Map(); // form -> promise of its last photo

// The EXIF part of a JPEG (the marker included), with the picture marked as upright, or nothing.
const exifOf = (bytes) => {
  const view = new DataView(bytes);
  for (let at = 2; at + 4 < view.byteLength && view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
    if (view.getUint16(at) === 0xffda) return null;
    if (view.getUint16(at) !== 0xffe1 || view.getUint32(at + 4) !== 0x45786966) continue;
    const part = bytes.slice(at, at + 2 + view.getUint16(at + 2));
    const exif = new DataView(part);
    const start = 10;
    const little = exif.getUint16(start) === 0x4949;
    const first = start + exif.getUint32(start + 4, little);
    for (let entry = 0; entry < exif.getUint16(first, little); entry += 1) {
      const tag = first + 2 + entry * 12;
      if (exif.getUint16(tag, little) === 0x0112) exif.setUint16(tag + 8, 1, little);
    }
    return part;
  }
  return null;
};

const smaller = async (file, keepsPlace) => {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  if (!blob || blob.size >= file.size) return file;
  const exif = keepsPlace ? exifOf(await file.arrayBuffer()) : null;
  const parts = exif ? [blob.slice(0, 2), exif, blob.slice(2)] : [blob];
  return new File(parts, file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
};

const prepare = async (input) => {
  const files = chosen.get(input);
  const keepsPlace = Boolean(input.form?.elements.keeps_place?.checked);
  const prepared = new DataTransfer();
  for (const file of files) {
    const isLarge = file.type === "image/jpeg" && file.size >= LARGE;
    prepared.items.add(isLarge ? await smaller(file, keepsPlace).catch(() => file) : file);
    if (chosen.get(input) !== files) return; // others were chosen meanwhile
  }
  input.files = prepared.files;
  input.dispatchEvent(new CustomEvent("prepared", { bubbles: true }));
};

const start = (input) => {
  const form = input.form;
  const work = (working.get(form) ?? Promise.resolve()).then(() => prepare(input));
  working.set(form, work);
  work.finally(() => working.get(form) === work && working.delete(form));
};

document.addEventListener("change", (event) => {
  const input = event.target;
  if (input.matches("input[type=file][data-photos]")) {
    chosen.set(input, [...input.files]);
    start(input);
  } else if (input.name === "keeps_place") {
    for (const photos of input.form.querySelectorAll("input[type=file][data-photos]")) {
      if (photos.files.length && chosen.has(photos)) start(photos);
    }
  }
});

// A form sent while its photo is still being made smaller waits for it.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!working.has(form)) return;
  event.preventDefault();
  const { submitter } = event;
  working.get(form).finally(() => form.requestSubmit(submitter));
});
