vcl 4.1;
# Varnish in front of `feedsvc serve`, or of replicas: whole feeds come from its memory, polls get feedsvc's own answer.
#
#   varnishd -a :80 -f /etc/varnish/varnish.vcl -s malloc,256m -p http_gzip_support=off      # lines marked YOURS first
#
# Without that parameter Varnish asks for gzip whatever a client can take.
#
# As in deploy/nginx-cache.conf: what is conditional, asks for a delta, or is a person's browser that is pointed at a feed goes to
# feedsvc; all else is stored for as long as feedsvc says, and for a day more if feedsvc is away. PURGE takes one
# address out, BAN those that a regular expression means (header X-Ban-Path); both from the addresses below only.

import std;

backend default {
    .host = "127.0.0.1";            # YOURS
    .port = "8000";
    .connect_timeout = 2s;
    .first_byte_timeout = 10s;
    .probe = {
        .url = "/readyz";
        .interval = 5s;
        .timeout = 2s;
        .window = 3;
        .threshold = 2;
    }
}

acl purgers {
    "localhost";
    "127.0.0.1";
    "::1";                          # YOURS: the builder's address, too
}

sub vcl_recv {
    if (req.method == "PURGE" || req.method == "BAN") {
        # Not X-Forwarded-For, which anybody may send.
        if (!client.ip ~ purgers) {
            return (synth(405, "Method Not Allowed"));
        }
        if (req.method == "PURGE") {
            return (purge);
        }
        if (!req.http.X-Ban-Path) {
            return (synth(400, "Say a regular expression of paths in X-Ban-Path"));
        }
        # By what the object knows of itself, so that the lurker can do it and no request is tested.
        ban("obj.http.x-path ~ " + req.http.X-Ban-Path);
        return (synth(200, "Banned"));
    }
    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    # A feed knows no query; the index is searched by its own.
    if (req.url !~ "^/(\?|$)") {
        set req.url = regsub(req.url, "\?.*$", "");
    }
    if (req.url ~ "^/-/" || req.url == "/healthz" || req.url == "/readyz") {
        return (pass);
    }
    if (req.url == "/metrics") {
        return (synth(404, "Not Found"));
    }
    # Only feedsvc knows what is right for these, and for it they cost microseconds.
    if (req.http.If-None-Match || req.http.If-Modified-Since || req.http.If-Match || req.http.If-Unmodified-Since || req.http.A-IM) {
        return (pass);
    }
    # A browser's page for a feed must never come to a reader.
    if (req.http.Sec-Fetch-Dest == "document" && req.url !~ "/$") {
        return (pass);
    }
    unset req.http.Cookie;
    # feedsvc has compressed in each coding. Of the many ways to ask for one, one is left, since each is stored by itself.
    if (req.http.Accept-Encoding ~ "(^|[ ,])br($|[ ,])") {
        set req.http.Accept-Encoding = "br";
    } else if (req.http.Accept-Encoding ~ "(^|[ ,])gzip($|[ ,;])" && req.http.Accept-Encoding !~ "gzip *; *q=0(\.0*)?($|[ ,])") {
        set req.http.Accept-Encoding = "gzip";
    } else {
        unset req.http.Accept-Encoding;
    }
    # A minute stale will do while the new one is fetched, as feedsvc itself says; a day if feedsvc is away.
    if (std.healthy(req.backend_hint)) {
        set req.grace = 1m;
    }
    return (hash);
}

sub vcl_backend_response {
    set beresp.http.x-path = bereq.url;
    if (beresp.status >= 500) {
        # What is stored is better.
        if (bereq.is_bgfetch) {
            return (abandon);
        }
        set beresp.uncacheable = true;
        return (deliver);
    }
    if (beresp.http.Cache-Control ~ "no-store|private") {
        set beresp.uncacheable = true;
        return (deliver);
    }
    # stale-while-revalidate and stale-if-error (RFC 5861).
    set beresp.grace = 1d;
}

sub vcl_deliver {
    unset resp.http.x-path;
    unset resp.http.X-Varnish;
    unset resp.http.Via;
}
