# Prints the title of each post below the directory named, as Jekyll reads it and jekyll-feed shows it (its template's
# `smartify`), as one JSON object.
require "jekyll"
require "cgi"
require "json"

Jekyll.logger.log_level = :error
site = Jekyll::Site.new(
  Jekyll.configuration(
    "source" => ARGV[0], "plugins" => [], "theme" => nil, "future" => true, "quiet" => true, "disable_disk_cache" => true
  )
)
site.read
quotes = site.find_converter_instance(Jekyll::Converters::SmartyPants)
puts JSON.generate(site.posts.docs.to_h { |post| [post.relative_path, CGI.unescapeHTML(quotes.convert(post.data["title"].to_s))] })
