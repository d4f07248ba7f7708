# Prints the title of each post below the directory named, as Jekyll reads it, as one JSON object.
require "jekyll"
require "json"

Jekyll.logger.log_level = :error
site = Jekyll::Site.new(
  Jekyll.configuration(
    "source" => ARGV[0], "plugins" => [], "theme" => nil, "future" => true, "quiet" => true, "disable_disk_cache" => true
  )
)
site.read
puts JSON.generate(site.posts.docs.to_h { |post| [post.relative_path, post.data["title"].to_s] })
