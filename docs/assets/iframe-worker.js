// Search runs in a worker, which browsers refuse to pages opened as files. There it runs in a frame
// instead: it gets its messages, and its answers come back, as a worker's would.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super()
      const frame = document.createElement("iframe")
      frame.hidden = true
      document.body.append(frame)
      const inner = frame.contentWindow
      inner.postMessage = data => this.dispatchEvent(new MessageEvent("message", { data }))
      const script = inner.document.createElement("script")
      this.ready = new Promise((resolve, reject) => {
        script.onload = () => resolve(inner)
        script.onerror = () => reject(new Error(`${url} cannot be read`))
      })
      script.src = url
      inner.document.body.append(script)
    }

    async postMessage(data) {
      const inner = await this.ready
      inner.dispatchEvent(new MessageEvent("message", { data }))
    }
  }
}
