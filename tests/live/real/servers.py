"""Servers that fork, driven by a client: what the client was answered is the output."""

import os
import subprocess

import support
from real import Case, as_user, folder_of, program, write


@program("redis-server with BGSAVE", "redis-server", "redis-cli")
def redis(folder):
    path = os.path.join(folder, "redis.socket")

    def talk(server):
        cli = ["redis-cli", "-s", path]
        server.wait_for("ready to accept connections")
        answers = [server.client([*cli, "SET", "key", "value"]), server.client([*cli, "BGSAVE"])]
        server.wait_for("Background saving terminated with success")
        answers += [server.client([*cli, "GET", "key"]), server.client([*cli, "SHUTDOWN", "NOSAVE"])]
        return answers

    return Case(["redis-server", "--port", "0", "--unixsocket", path, "--dir", folder, "--save", ""], talk,
                note="output: what redis-cli printed")


@program("nginx with two workers", "nginx")
def nginx(folder):
    path = os.path.join(folder, "nginx.socket")
    config = write(folder, "nginx.conf", f"""\
        user root;
        daemon off;
        worker_processes 2;
        pid {folder}/nginx.pid;
        error_log stderr notice;
        events {{ worker_connections 64; }}
        http {{
          access_log off;
          client_body_temp_path {folder}/body;
          proxy_temp_path {folder}/proxy;
          fastcgi_temp_path {folder}/fastcgi;
          uwsgi_temp_path {folder}/uwsgi;
          scgi_temp_path {folder}/scgi;
          server {{ listen unix:{path}; location / {{ return 200 "served"; }} }}
        }}
        """)
    nginx = ["nginx", "-p", folder, "-e", "stderr", "-c", config]
    request = ("import http.client, socket, sys; c = http.client.HTTPConnection('x'); "
               "c.sock = socket.socket(socket.AF_UNIX); c.sock.connect(sys.argv[1]); "
               "c.request('GET', '/'); r = c.getresponse(); print(r.status, r.read())")

    def talk(server):
        server.wait_for("start worker process ")
        server.wait_for("start worker process ")
        answer = server.client(["/usr/bin/python3", "-c", request, path])
        server.client([*nginx, "-s", "quit"])
        return [answer]

    return Case(nginx, talk, note="output: what the HTTP client was answered")


POSTGRES = "/usr/lib/postgresql/15/bin"  # Debian keeps these off the PATH


@program("PostgreSQL with a parallel query", f"{POSTGRES}/postgres", "psql", "setpriv")
def postgres(folder):
    home = folder_of("postgres", folder)
    data = os.path.join(home, "data")
    subprocess.run(as_user("postgres", f"{POSTGRES}/initdb", "--auth=trust", "--no-sync", "-D", data), check=True,
                   stdout=subprocess.DEVNULL, timeout=support.LIMIT)
    psql = ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "-h", home, "-U", "postgres"]
    for statement in ("CREATE TABLE numbers AS SELECT generate_series(1, 50000) AS n", "ANALYZE numbers",
                      "SET parallel_setup_cost = 0", "SET parallel_tuple_cost = 0",
                      "SET min_parallel_table_scan_size = 0", "SET max_parallel_workers_per_gather = 2",
                      "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT sum(n) FROM numbers",
                      "SELECT sum(n), count(*) FROM numbers WHERE n % 7 = 3", "DROP TABLE numbers"):
        psql += ["-c", statement]

    def talk(server):
        server.wait_for("ready to accept connections")
        answers = [server.client(psql)]
        server.client(as_user("postgres", f"{POSTGRES}/pg_ctl", "-D", data, "-m", "fast", "stop"))
        return answers

    return Case(as_user("postgres", f"{POSTGRES}/postgres", "-D", data, "-k", home, "-c", "listen_addresses="), talk,
                note="output: what psql was answered")
