// The part of upng-js that is used: decodes and encodes PNG, still and animated.
declare module 'upng-js' {
  namespace UPNG {
    interface Image {
      readonly width: number;
      readonly height: number;
    }
  }
  const UPNG: {
    decode(file: Uint8Array): UPNG.Image;
    /** RGBA, 8 bits each, of each frame. */
    toRGBA8(image: UPNG.Image): ArrayBuffer[];
    /** @param colors 0: all of them. @param delays ms of each frame */
    encode(
      frames: readonly ArrayBuffer[],
      width: number,
      height: number,
      colors: number,
      delays?: readonly number[],
    ): ArrayBuffer;
  };
  export = UPNG;
}
