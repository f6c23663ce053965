import os

import cv2

# before anything imports TensorFlow or Gradio
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
cv2.setNumThreads(1)


def pytest_collection_modifyitems(items):
    """The tests of the page come last: while Playwright runs, no other test of this process could use asyncio.run."""
    items.sort(key=lambda item: "browser" in item.path.parts)
