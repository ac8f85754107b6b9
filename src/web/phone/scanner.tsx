/** The phone's own QR scanner, where the browser can read codes itself (BarcodeDetector). */
import { useEffect, useRef, useState } from 'preact/hooks';
import { strings } from '../strings.ts';

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
type DetectorClass = new (options: { formats: string[] }) => Detector;

const detectorClass = (): DetectorClass | undefined =>
  (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;

export function canScan(): boolean {
  return detectorClass() !== undefined && navigator.mediaDevices?.getUserMedia !== undefined;
}

/** Between two looks at the picture. */
const lookEveryMs = 150;

export function Scanner({ onLink, onStop }: { onLink: (link: string) => void; onStop: () => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const [denied, setDenied] = useState(false);
  useEffect(() => {
    let stream: MediaStream | undefined;
    let over = false;
    const look = async (detector: Detector) => {
      while (!over && video.current) {
        const codes = await detector.detect(video.current).catch(() => []);
        const link = codes.map((code) => code.rawValue).find((value) => value.includes('#i='));
        if (link !== undefined && !over) return onLink(link);
        await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
      }
    };
    const start = async () => {
      const Detector = detectorClass();
      if (!Detector) return;
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
      if (over || !video.current) return stop();
      video.current.srcObject = stream;
      await video.current.play();
      await look(new Detector({ formats: ['qr_code'] }));
    };
    const stop = () => stream?.getTracks().forEach((track) => track.stop());
    start().catch(() => setDenied(true));
    return () => {
      over = true;
      stop();
    };
  }, []);
  return (
    <div class="scanner">
      {denied ? (
        <p class="note warn" role="alert">
          {strings.phone.scanDenied}
        </p>
      ) : (
        <video ref={video} playsInline muted aria-label={strings.phone.scanHint} />
      )}
      <p class="fine">{strings.phone.scanHint}</p>
      <button type="button" class="b" onClick={onStop}>
        {strings.phone.scanStop}
      </button>
    </div>
  );
}
