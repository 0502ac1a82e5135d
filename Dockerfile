# One image for every process: the command picks the role, e.g. `service ledger` or `relay ledger`.
ARG BASE=docker.io/library/python:3.11-slim-bookworm

FROM ${BASE} AS builder
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
WORKDIR /opt/timebank
COPY requirements.txt .
# Behind a proxy with an authority of its own, pip must trust what the building machine trusts.
RUN --mount=type=secret,id=authorities,target=/run/secrets/authorities \
    if [ -s /run/secrets/authorities ]; then export PIP_CERT=/run/secrets/authorities; fi \
 && python -m venv venv \
 && venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
COPY services services
COPY gateway gateway
COPY deploy deploy
# Whatever the umask of the clone was: everybody may read, nobody but root may write.
RUN venv/bin/python -W ignore -m compileall -q services gateway deploy \
 && chmod -R a+rX,go-w .

FROM ${BASE}
# Statements on paper are in Chinese.
RUN apt-get update \
 && apt-get install -y --no-install-recommends fonts-wqy-zenhei \
 && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 timebank \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent \
    --shell /usr/sbin/nologin timebank \
 && install -d -o timebank -g timebank -m 755 /definitions
COPY --from=builder /opt/timebank /opt/timebank
WORKDIR /opt/timebank
# eventlet's own resolver keeps an address for as long as the DNS allows, which in containers is minutes
# to a day: a broker that comes back at another address would not be found. The system's asks anew.
ENV EVENTLET_NO_GREENDNS=yes
ENV PATH=/opt/timebank/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONWARNINGS=ignore:::nameko.extensions \
    TIMEBANK_METRICS_HOST=0.0.0.0 \
    TIMEBANK_METRICS_PORT=9100 \
    TIMEBANK_HTTP_ADDRESS=0.0.0.0:8080
# By number, so that an orchestrator can see that it is not root.
USER 10001:10001
EXPOSE 8080 9100
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-m", "deploy.compose.health", "/healthz"]
ENTRYPOINT ["python", "-m", "services.kernel"]
CMD ["--help"]
