# One image for every process of a production installation; docker-compose.yml says which runs what.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 DATA_DIR=/data
WORKDIR /app

# Pango, fontconfig and the print fonts: the same steps as on a machine without containers.
COPY script/setup script/lib.sh script/
RUN script/setup --system && rm -rf /var/lib/apt/lists/*

COPY requirements.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check -r requirements.txt

# The print engine as machine code: the same bytes in two thirds of the time. The compiler does not stay.
COPY script/compile script/
RUN apt-get update -qq && script/compile "$(command -v python)" \
    && apt-get purge -y -qq --auto-remove gcc libc6-dev && rm -rf /var/lib/apt/lists/*

COPY LICENSE manage.py ./
COPY config/ config/
COPY units/ units/
COPY assessment/ assessment/
COPY reports/ reports/
COPY schemes/ schemes/
COPY static/ static/
COPY templates/ templates/

# The code is root's and read only to the processes; they write to /data alone. The volume mounted there begins as a copy
# of this empty folder, so that it belongs to jiping. HOME is the scratch folder: nothing is kept in it.
RUN python -m compileall -q config units assessment reports \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /tmp --shell /usr/sbin/nologin jiping \
    && install -d -o jiping -g jiping -m 750 /data
USER jiping

EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind=0.0.0.0:8000"]
