/** Content that is no text: pictures, sounds, links to resources, resources that came along, and what is not known. */
import { useState } from 'preact/hooks';
import { visible } from '../../base/unseen.ts';
import { limits } from '../../protocol/limits.ts';
import type { Block } from '../../transcript/items.ts';
import { asNumber, asRecord, asString, readable } from '../../transcript/raw.ts';
import { strings } from '../strings.ts';
import { exactText } from './exact-text.ts';
import { FileName, pathOfUri } from './file-name.tsx';
import { Icon } from './icon.tsx';
import { OutputView } from './output-view.tsx';

export interface BlockViewProps {
  block: Block;
  cwd: string;
}

export function BlockView({ block, cwd }: BlockViewProps) {
  switch (block.type) {
    case 'image':
      return <Picture block={block} />;
    case 'audio':
      return <Named text={strings.transcript.sound(visible(asString(block['mimeType']) ?? ''))} />;
    case 'resource_link':
      return <ResourceLink block={block} cwd={cwd} />;
    case 'resource':
      return <Resource block={block} cwd={cwd} />;
    default:
      return <Unknown block={block} />;
  }
}

/** What browsers draw without running anything; SVG is left out. */
const imageTypes = /^image\/(?:png|jpeg|gif|webp|avif|bmp)$/;

function Picture({ block }: { block: Block }) {
  const [broken, setBroken] = useState(false);
  const mime = asString(block['mimeType']) ?? '';
  const data = asString(block['data']) ?? '';
  const said = [block['title'], block['name'], nameOfUri(asString(block['uri']) ?? '')].find(
    (text) => typeof text === 'string' && text !== '',
  );
  const name = typeof said === 'string' ? strings.transcript.picture(visible(said)) : strings.image;
  const { pictureTooLarge, pictureUnknown, pictureBroken } = strings.transcript;
  if (!imageTypes.test(mime)) return <Named text={pictureUnknown(name, visible(mime))} />;
  if (data.length > limits.pictureChars)
    return <Named text={pictureTooLarge(name, sizeOf(data.length * 0.75))} />;
  if (broken || !/^[\w+/=\s-]+$/.test(data)) return <Named text={pictureBroken(name)} />;
  return (
    <img
      class="picture"
      alt={name}
      loading="lazy"
      decoding="async"
      src={`data:${mime};base64,${data}`}
      onError={() => setBroken(true)}
    />
  );
}

function ResourceLink({ block, cwd }: BlockViewProps) {
  const uri = asString(block['uri']) ?? '';
  const size = asNumber(block['size']);
  const title = asString(block['title']) ?? asString(block['name']) ?? '';
  const description = asString(block['description']) ?? '';
  return (
    <div class="resource">
      <Icon name="file" />
      <Address uri={uri} name={title} cwd={cwd} />
      {size !== undefined && <span class="fine">{sizeOf(size)}</span>}
      {description !== '' && <span class="fine">{visible(description)}</span>}
    </div>
  );
}

/** Files open at the desk, the web in a browser with its host in sight; all else is a text. */
function Address({ uri, name, cwd }: { uri: string; name: string; cwd: string }) {
  const path = pathOfUri(uri);
  if (path !== undefined) return <FileName path={path} cwd={cwd} />;
  const host = /^https?:/i.test(uri) ? hostOf(uri) : undefined;
  if (host === undefined) return <span class="mono path">{visible(name || uri || strings.attachment)}</span>;
  return (
    <>
      <a class="path" href={uri} target="_blank" rel="noopener noreferrer">
        {visible(name || uri)}
      </a>
      <span class="fine">{host}</span>
    </>
  );
}

function Resource({ block, cwd }: BlockViewProps) {
  const resource = asRecord(block['resource']);
  const uri = asString(resource?.['uri']) ?? '';
  const text = asString(resource?.['text']);
  const blob = asString(resource?.['blob']);
  const mime = asString(resource?.['mimeType']) ?? '';
  if (!resource || (text === undefined && blob === undefined)) return <Unknown block={block} />;
  if (text === undefined && imageTypes.test(mime))
    return <Picture block={{ type: 'image', mimeType: mime, data: blob, uri }} />;
  return (
    <div class="change">
      <div class="file">
        <Icon name="file" />
        <Address uri={uri} name="" cwd={cwd} />
        {text === undefined && <span class="fine">{sizeOf((blob ?? '').length * 0.75)}</span>}
      </div>
      {text !== undefined && (
        <OutputView
          text={text}
          live={false}
          failed={false}
          label={strings.transcript.contents(visible(nameOfUri(uri) || uri))}
        />
      )}
    </div>
  );
}

function Unknown({ block }: { block: Block }) {
  const [open, setOpen] = useState(false);
  return (
    <div class="thought unknown">
      <button type="button" class="more" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={open ? 'chevronDown' : 'chevronRight'} />
        {strings.transcript.unknownContent(visible(block.type))}
      </button>
      {open && <pre tabindex={0}>{exactText(readable(block))}</pre>}
    </div>
  );
}

function Named({ text }: { text: string }) {
  return (
    <span class="attached">
      <Icon name="file" /> {text}
    </span>
  );
}

function hostOf(uri: string): string | undefined {
  try {
    return new URL(uri).host;
  } catch {
    return undefined;
  }
}

function nameOfUri(uri: string): string {
  return /^(?:file|https?):/i.test(uri) ? (uri.split(/[?#]/)[0]?.split('/').at(-1) ?? '') : '';
}

/** `2.4 MB`. */
export function sizeOf(bytes: number): string {
  if (bytes < 100) return `${bytes} B`;
  const [size, unit] = bytes < 1_000_000 ? [bytes / 1_000, 'KB'] : [bytes / 1_000_000, 'MB'];
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}
