from django.urls import path

from lianglin.files import views

app_name = "files"
urlpatterns = [
    path("<slug:name>/", views.show, name="show"),
    path("<slug:name>/small/", views.small, name="small"),
]
