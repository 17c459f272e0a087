// Whether a widget's kernel still knows it. A busy kernel does not answer, and neither does one that was restarted.

/** `lost(comm)` gives true if the kernel does not know this widget any more, false if it does, and null if nobody can
    tell; it waits as long as the kernel is busy. `comm` is the widget's name at the kernel, if it is known. Calls
    onLost() where JupyterLab tells by itself. All of this may be missing elsewhere: then it is null. */
export function watchKernel(model, onLost) {
  const manager = model.widget_manager, first = kernelId(manager);
  model.on("comm_live_update", onLost); // on Kernel → Restart, and when a kernel dies; nothing makes it live again
  return {
    async lost(comm) {
      try {
        if (first) { // shut down, or another one in its place
          const { kernel } = manager;
          if (!kernel || kernel.isDisposed || kernel.status === "dead" || kernel.id !== first) return true;
        }
        if (comm && manager?._get_comm_info) return !Object.hasOwn(await manager._get_comm_info(), comm);
      } catch { /* between two kernels */ }
      return null;
    },
    free: () => model.off("comm_live_update", onLost),
  };
}

function kernelId(manager) {
  try {
    return manager?.kernel?.id;
  } catch {
    return undefined;
  }
}
