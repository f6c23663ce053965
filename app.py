"""The entry: builds the page and serves it."""

import gc
import os

gc.disable()  # a seventh of the start goes into looking for garbage among what is only being imported
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import signal
import sys
import threading

from restorers.restore import warm_up
from restorers.ui.page import build_demo, launch_options

demo = build_demo()

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: (signal.signal(signal.SIGTERM, signal.SIG_IGN), sys.exit()))  # an orderly end, undisturbed
    demo.launch(prevent_thread_lock=True, **launch_options(demo))

gc.freeze()
gc.enable()

if __name__ == "__main__":
    threading.Thread(
        target=lambda: (warm_up(), demo.train.handlers.engine.warm_where_roomy()), name="restorers-warm-up", daemon=True
    ).start()
    demo.block_thread()
