"""The entry: builds the page and serves it."""

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import threading

from restorers.restore import warm_up
from restorers.ui.page import build_demo, launch_options

demo = build_demo()

if __name__ == "__main__":
    demo.launch(prevent_thread_lock=True, **launch_options(demo))
    threading.Thread(target=warm_up, name="restorers-warm-up", daemon=True).start()
    demo.block_thread()
