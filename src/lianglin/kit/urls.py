from django.urls import path

from lianglin.kit import views

app_name = "kit"
urlpatterns = [path("elder/", views.elder, name="elder")]
