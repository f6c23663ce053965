"""The page: the only rooms that import gradio."""
