"""How problems are told: to people, to editors, and to the machines of a CI. Each form in a module of its own."""
