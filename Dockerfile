# docker build -t restorers . && docker run -p 7860:7860 restorers
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 \
    GRADIO_SERVER_NAME=0.0.0.0 GRADIO_SERVER_PORT=7860 GRADIO_ANALYTICS_ENABLED=False \
    TF_NUM_INTEROP_THREADS=1 TF_NUM_INTRAOP_THREADS=2 OMP_NUM_THREADS=2 OPENBLAS_NUM_THREADS=1

RUN useradd --create-home --uid 1000 visitor
WORKDIR /home/visitor/restorers
COPY requirements.txt .
# every package is a wheel: no compiler is needed, and opencv-python-headless needs no library of a screen
RUN pip install --only-binary :all: --requirement requirements.txt

COPY app.py .
COPY restorers restorers
COPY weights weights

USER visitor
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=30s --start-period=90s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/health', timeout=28)"]
CMD ["python", "app.py"]
