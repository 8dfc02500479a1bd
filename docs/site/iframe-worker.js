// Pages that are opened from a disk may not start workers, in which the search runs: a hidden frame is one that they may have.
if (location.protocol === "file:")
  window.Worker = class extends EventTarget {
    constructor(script) {
      super()
      const frame = document.createElement("iframe")
      frame.hidden = true
      document.body.append(frame)
      const inside = frame.contentWindow
      const load = source => new Promise((done, failed) => {
        const element = inside.document.createElement("script")
        Object.assign(element, { src: source, onload: done, onerror: failed })
        inside.document.head.append(element)
      })
      const answer = data => this.dispatchEvent(new MessageEvent("message", { data }))
      inside.postMessage = answer
      inside.importScripts = (...sources) => sources.reduce((before, each) => before.then(() => load(each)), Promise.resolve())
      this.ready = load(script)
      this.send = data => inside.dispatchEvent(new MessageEvent("message", { data }))
    }
    postMessage(data) { this.ready.then(() => this.send(data)) }
    terminate() {}
  }
