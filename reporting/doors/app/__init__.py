"""The app: pages in the browser, on the service that also answers the API."""
