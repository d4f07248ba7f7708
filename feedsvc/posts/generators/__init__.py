"""Sites of Hugo, Zola, Hexo and Eleventy: their configuration, and their front matter in the words read here."""
