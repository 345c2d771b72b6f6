from django.urls import path

from web import views

urlpatterns = [
    path("", views.page),
    path("readyz", views.readyz),
    path("visits", views.visits),
]
