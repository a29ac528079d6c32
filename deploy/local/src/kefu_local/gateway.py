"""The gateway of one machine: nginx with the containers' rules, so that a browser finds everything at one address."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from string import Template

from kefu.trouble import Trouble
from kefu_local.ports import LOOPBACK

_RULES = Path("deploy/images/gateway").resolve()

_CONFIGURATION = Template("""\
$user
pid $folder/nginx.pid;
error_log stderr warn;
worker_processes 1;
daemon off;

events {}

http {
    server_tokens off;
    access_log off;
    client_max_body_size 1m;
    client_body_temp_path $folder/body;
    proxy_temp_path $folder/proxy;
    fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi;
    scgi_temp_path $folder/scgi;
    include $rules/headers.conf;

    map $$service $$upstream {
$upstreams
    }

    server {
        listen $here:$port;
        include $rules/service.conf;

        location / {
            proxy_pass http://$here:$console;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $$http_host;
            proxy_set_header X-Forwarded-Proto $$scheme;
            proxy_set_header X-Forwarded-For $$remote_addr;
            # The stream of hints may last for hours.
            proxy_read_timeout 1h;
        }
    }
}
""")


def write_configuration(folder: Path, port: int, console: int, services: Mapping[str, int]) -> Path:
    """The file that nginx is started with. Trouble when there is no nginx."""
    if shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") is None:
        raise Trouble("nginx is missing: `make setup` installs it.")
    folder.mkdir(parents=True, exist_ok=True)
    upstreams = "\n".join(f"        {name} {LOOPBACK}:{place};" for name, place in services.items())
    file = folder / "nginx.conf"
    file.write_text(
        _CONFIGURATION.substitute(
            # As root, nginx would give its work to a user who may not enter this folder.
            user="user root;" if os.geteuid() == 0 else "",
            folder=folder,
            rules=_RULES,
            upstreams=upstreams,
            here=LOOPBACK,
            port=port,
            console=console,
        )
    )
    return file
