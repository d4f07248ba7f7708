# Varnish 7.0 or later in front of `feedsvc serve`: it answers feeds and polls.
#
#   cp deploy/varnish.vcl /etc/varnish/default.vcl              # then change the lines marked YOURS
#   varnishd … -f /etc/varnish/default.vcl -p http_gzip_support=off
#
# With http_gzip_support=off what feedsvc has compressed goes out as it is, brotli, zstd and its strong ETags too;
# with Varnish's default there is gzip only, which works all the same. What changed is fresh once its max-age is over; at once where
# feedsvc.toml has
#
#   [purge]
#   to = ["http://127.0.0.1:80/"]          # of each Varnish; form = "varnish-ban" for a BAN of many paths instead of a PURGE of each
#
# and by hand after
#
#   curl -X PURGE http://127.0.0.1/atom.xml
#   curl -X BAN -H 'X-Ban-Path: ^/categories/' http://127.0.0.1/
#
# PURGE leaves what was there as a last resort for when feedsvc is away, BAN leaves nothing.
#
# One answer is its own: a 304 repeats what the 200 says of the body (Content-Type and the like), which RFC 9110, 15.4.5
# had rather not have, and which harms nobody.

vcl 4.1;

import purge;
import std;

backend feedsvc {
    .host = "127.0.0.1";                                    # YOURS: server.listen
    .port = "8000";                                         # YOURS
    .connect_timeout = 2s;
    .first_byte_timeout = 10s;
    .probe = {
        .url = "/readyz";
        .interval = 2s;
        .timeout = 2s;
        .window = 5;
        .threshold = 2;
        .initial = 2;
    }
}

acl builders {                                              # YOURS: where feedsvc builds
    "127.0.0.1";
    "::1";
}

sub vcl_recv {
    # What only this file sets must not be sent in.
    if (req.restarts == 0) {
        unset req.http.X-Codings;
    }
    if (req.method == "PURGE" || req.method == "BAN") {
        if (!client.ip ~ builders) {
            return (synth(403, "Not from there"));
        }
        if (req.method == "PURGE") {
            return (hash);
        }
        if (!req.http.X-Ban-Path) {
            return (synth(400, "X-Ban-Path is missing"));
        }
        if (!std.ban("obj.http.X-Path ~ " + req.http.X-Ban-Path)) {
            return (synth(400, "Ban: " + std.ban_error()));
        }
        return (synth(200, "Banned"));
    }
    # Figures are for who asks feedsvc itself; the operator's addresses and searches are never stored.
    if (req.url ~ "^/metrics([?]|$)") {
        return (synth(404, "Not here"));
    }
    if ((req.method != "GET" && req.method != "HEAD") || req.url ~ "^/(-/|healthz|readyz|[?])") {
        return (pass);
    }
    # A feed knows no query.
    set req.url = regsub(req.url, "[?].*$", "");
    # A feed carries no credentials, and its caches none either (RFC 9111, 3.5).
    unset req.http.Cookie;
    unset req.http.Authorization;
    # A feed is short: whoever asks for a part gets all of it, which RFC 9110, 14.2 allows.
    unset req.http.Range;
    # Tags as proxies that compress have changed them: Apache "…-gzip", Jetty "…--gzip", others "…;gzip".
    if (req.http.If-None-Match) {
        set req.http.If-None-Match = regsuball(req.http.If-None-Match, {"(--?|;)(gzip|br|zstd)""}, {"""});
    }
    call choose_codings;

    # Stale answers are for when feedsvc is away: a client that asks after an edit must not get what was before.
    set req.grace = 0s;
    if (!std.healthy(req.backend_hint) || req.restarts > 0) {
        set req.grace = 7d;
        return (hash);
    }
    # Only feedsvc makes deltas (RFC 3229), and the page that a browser gets for a feed when a person points it there
    # (Sec-Fetch-Dest; Fetch Metadata), which must never come to a reader. Pages end with a slash. Varnish knows
    # If-Modified-Since and If-None-Match with one tag, and neither the other two, nor "any", nor several tags.
    if (req.http.A-IM || req.http.If-None-Match ~ "[*,]" || req.http.If-Match || req.http.If-Unmodified-Since
        || (req.http.Sec-Fetch-Dest == "document" && req.url !~ "/$")) {
        return (pass);
    }
    return (hash);
}

# The same codings in the same order make one variant, however they were asked for; weights are left to feedsvc.
sub choose_codings {
    if (req.http.Accept-Encoding && req.http.Accept-Encoding !~ "[;*]") {
        set req.http.X-Codings = "";
        if (req.http.Accept-Encoding ~ "(?i)(^|[ ,])(x-)?gzip([ ,]|$)") {
            set req.http.X-Codings = "gzip";
        }
        if (req.http.Accept-Encoding ~ "(?i)(^|[ ,])br([ ,]|$)") {
            set req.http.X-Codings = req.http.X-Codings + " br";
        }
        if (req.http.Accept-Encoding ~ "(?i)(^|[ ,])zstd([ ,]|$)") {
            set req.http.X-Codings = req.http.X-Codings + " zstd";
        }
        set req.http.Accept-Encoding = regsuball(regsub(req.http.X-Codings, "^ ", ""), " ", ", ");
        unset req.http.X-Codings;
        if (req.http.Accept-Encoding == "") {
            unset req.http.Accept-Encoding;
        }
    }
}

# Every Host is the same to feedsvc; so a PURGE need not name the right one.
sub vcl_hash {
    hash_data(req.url);
    return (lookup);
}

sub vcl_hit {
    if (req.method == "PURGE") {
        # Stale at once; kept for when feedsvc is away.
        purge.soft(0s, 7d, 7d);
        return (synth(200, "Purged"));
    }
}

sub vcl_miss {
    if (req.method == "PURGE") {
        # There may be other variants than the one that was looked up, and stale ones.
        purge.soft(0s, 7d, 7d);
        return (synth(200, "Purged, or not there"));
    }
}

sub vcl_backend_fetch {
    # feedsvc makes no delta for a cache, which might keep it; what is passed on is kept by none.
    if (bereq.uncacheable) {
        unset bereq.http.Via;
    }
}

sub vcl_backend_response {
    # For bans, which then need no request to be tested against (the ban lurker).
    set beresp.http.X-Path = bereq.url;
    if (beresp.status >= 500) {
        set beresp.uncacheable = true;
        set beresp.ttl = 0s;
        return (deliver);
    }
    # max-age says how long it is fresh. For how long it will do while feedsvc is away, vcl_recv decides.
    set beresp.grace = 7d;
    set beresp.keep = 7d;
}

sub vcl_deliver {
    # feedsvc fell silent since it was probed last: what is stored is better than nothing, be it the feed itself.
    if (resp.status >= 502 && resp.status <= 504 && req.restarts == 0
        && (req.method == "GET" || req.method == "HEAD") && req.url !~ "^/(-/|healthz|readyz|[?])") {
        return (restart);
    }
    unset resp.http.X-Path;
    unset resp.http.X-Varnish;
}
