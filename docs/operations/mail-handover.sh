#!/bin/sh
# Hands one mail over to Stadttor. Called by the mail server for each mail to the address of STADTTOR_MAIL_REPLIES:
#   mail-handover.sh <url> <file with "Authorization: Bearer <secret>"> <envelope sender> <recipient>  < message
# Exit codes are those of sysexits.h: 0 taken; 67, 65, 69 refused for good, so that the mail server tells the sender; 75 try
# again later. Its words go into the report to the sender, so they keep to ASCII. Nothing is kept here: until Stadttor answered, the mail is in the mail server's queue.
set -u
url=$1 secret=$2 sender=$3 recipient=$4

status=$(curl --silent --output /dev/null --write-out '%{http_code}' --max-time 120 --proto '=https,http' \
  --header "@$secret" \
  --header 'Content-Type: message/rfc822' \
  --header 'Expect:' \
  --header "Stadttor-Sender: <$sender>" \
  --header "Stadttor-Recipient: $recipient" \
  --data-binary @- "$url") || exit 75

case $status in
  2??) exit 0 ;;
  404) echo 'Zu dieser E-Mail-Adresse gibt es keinen Vorgang.'; exit 67 ;;
  410) echo 'Die Akte zu dieser E-Mail-Adresse gibt es nicht mehr.'; exit 67 ;;
  413) echo 'Die E-Mail ist zu umfangreich. Laden Sie Dateien auf der Seite hoch, auf der der Stand Ihres Vorgangs steht.'; exit 69 ;;
  422) echo 'Die E-Mail hat keinen Text, oder sie ist nicht lesbar.'; exit 65 ;;
  *) exit 75 ;;
esac
