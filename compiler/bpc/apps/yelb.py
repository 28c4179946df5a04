"""Yelb, a poll on restaurants: a page, an application server, a cache and a database, which find each other by name.

Source: mreferre/yelb, its Dockerfiles, start scripts and Kubernetes manifests: ui 0.10, appserver 0.7, db 0.6, for
amd64. The page's own start script writes to /etc as root, so nginx is given its configuration here instead. The votes
are kept as long as the database's pod: `yelb` is a demonstration.
"""

from __future__ import annotations

from bpc.samples import Sample

NGINX = """\
worker_processes 1;
error_log /dev/stderr warn;
pid /tmp/nginx.pid;
events {}
http {
  include /etc/nginx/mime.types;
  access_log /dev/stdout;
  client_body_temp_path /tmp/client;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  gzip on;
  server {
    listen 8080;
    root /clarity-seed/prod/dist;
    location /api {
      proxy_pass http://yelb-appserver:4567/api;
      proxy_http_version 1.1;
    }
  }
}
"""
SERVER = {
    "name": "yelb-appserver",
    "image": "docker.io/mreferre/yelb-appserver:0.7",
    "architectures": ["amd64"],
    "command": ["ruby", "/app/yelb-appserver.rb", "-o", "0.0.0.0"],
    "env": {"RACK_ENV": "production"},
    "ports": [{"containerPort": 4567}],
    "service": {"port": 4567},
    "securityContext": {"runAsUser": 1000},
}
CACHE = {
    "name": "redis-server",
    "image": "public.ecr.aws/docker/library/redis:8.2.3-alpine",
    "args": ["redis-server", "--save", "", "--appendonly", "no"],
    "replicas": 1,
    "ports": [{"name": "redis", "containerPort": 6379}],
    "service": {"port": 6379},
    "securityContext": {"runAsUser": 999},
    "volumes": [{"name": "data", "mountPath": "/data"}],
}
DATABASE = {
    "name": "yelb-db",
    "image": "docker.io/mreferre/yelb-db:0.6",
    "architectures": ["amd64"],
    "env": {"PGDATA": "/var/lib/postgresql/data/pgdata"},
    "replicas": 1,
    "ports": [{"name": "postgres", "containerPort": 5432}],
    "service": {"port": 5432},
    "resources": {"requests": {"memory": "256Mi"}},
    "securityContext": {"runAsUser": 999, "fsGroup": 999},
    "volumes": [
        {"name": "data", "mountPath": "/var/lib/postgresql/data"},
        {"name": "run", "mountPath": "/var/run/postgresql"},
    ],
}

SAMPLE = Sample(
    "yelb",
    {
        "image": "docker.io/mreferre/yelb-ui:0.10",
        "architectures": ["amd64"],
        "command": ["nginx", "-c", "/etc/yelb/nginx.conf", "-g", "daemon off;"],
        "config": {"mountPath": "/etc/yelb", "files": {"nginx.conf": NGINX}},
        "ports": [{"containerPort": 8080}],
        "securityContext": {"runAsUser": 101},
        "readinessProbe": {"path": "/"},
    },
    (SERVER, CACHE, DATABASE),
)
